//! What every task of the service reads: the configuration in force and what the outside says.

use std::sync::Arc;

use tokio::sync::watch;

use crate::domain::observation::Observations;
use crate::domain::program::Program;

/// The configuration and the observations; each is replaced whole, never changed in place.
#[derive(Debug, Clone)]
pub(super) struct Shared {
    pub(super) program: Arc<watch::Sender<Arc<Program>>>,
    pub(super) seen: Arc<watch::Sender<Arc<Observations>>>,
}

impl Shared {
    pub(super) fn new(program: Program) -> Self {
        Self {
            program: Arc::new(watch::Sender::new(Arc::new(program))),
            seen: Arc::new(watch::Sender::new(Arc::new(Observations::default()))),
        }
    }

    pub(super) fn program(&self) -> Arc<Program> {
        self.program.borrow().clone()
    }

    pub(super) fn seen(&self) -> Arc<Observations> {
        self.seen.borrow().clone()
    }
}
