//! Reading a request's body within limits.

use axum::body::{Body, Bytes};
use http_body_util::{BodyExt, LengthLimitError, Limited};

use super::Limits;
use super::refusal::Refusal;

/// The whole body, as it came over the wire.
///
/// # Errors
/// If it is larger or slower than `limits`, or breaks off. A body that is announced as too large is not
/// read at all.
pub(super) async fn read(body: Body, limits: Limits) -> Result<Bytes, Refusal> {
    let announced = axum::body::HttpBody::size_hint(&body).lower();
    if usize::try_from(announced).map_or(true, |announced| announced > limits.body) {
        return Err(Refusal::TooLarge);
    }
    let collecting = Limited::new(body, limits.body).collect();
    match tokio::time::timeout(limits.patience, collecting).await {
        Ok(Ok(whole)) => Ok(whole.to_bytes()),
        Ok(Err(error)) if error.downcast_ref::<LengthLimitError>().is_some() => Err(Refusal::TooLarge),
        Ok(Err(_)) => Err(Refusal::Torn),
        Err(_) => Err(Refusal::Slow),
    }
}
