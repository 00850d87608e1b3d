//! The page.
use super::hub::Hub;
use axum::Router;
use std::sync::Arc;
pub(super) fn routes() -> Router<Arc<Hub>> {
    Router::new()
}
