//! What every task of the service reads: the program in effect and what the outside says.
//!
//! Invariant: the program in effect is the configuration with what the records lay over it; whoever
//! changes either lays it over again. Which records may change it says [`approach::changes`](crate::domain::approach::changes).

use std::sync::Arc;

use tokio::sync::watch;

use super::readiness::Reports;
use crate::domain::marks::Marker;
use crate::domain::observation::Observations;
use crate::domain::program::Program;
use crate::domain::state::State;

/// The program and the observations; each is replaced whole, never changed in place.
#[derive(Debug, Clone)]
pub(super) struct Shared {
    /// As the files say it.
    configured: Arc<watch::Sender<Arc<Program>>>,
    pub(super) program: Arc<watch::Sender<Arc<Program>>>,
    pub(super) seen: Arc<watch::Sender<Arc<Observations>>>,
    /// What the tasks say of themselves.
    pub(super) reports: Arc<Reports>,
}

impl Shared {
    pub(super) fn new(program: Program) -> Self {
        let configured = Arc::new(program);
        Self {
            program: Arc::new(watch::Sender::new(configured.clone())),
            configured: Arc::new(watch::Sender::new(configured)),
            seen: Arc::new(watch::Sender::new(Arc::new(Observations {
                starting: true,
                ..Observations::default()
            }))),
            reports: Arc::default(),
        }
    }

    /// Takes up another configuration, with what the records lay over it.
    pub(super) fn configure(&self, program: Program, state: &State) {
        let configured = Arc::new(program);
        self.configured.send_replace(configured.clone());
        let laid_over = !state.approached.is_empty();
        self.program.send_replace(if laid_over { Arc::new(configured.with(state)) } else { configured });
    }

    /// Lays whoever is approached by the records over the configuration.
    pub(super) fn lay_over(&self, state: &State) {
        let configured = self.configured.borrow().clone();
        if !state.approached.is_empty() {
            self.program.send_replace(Arc::new(configured.with(state)));
        } else if !Arc::ptr_eq(&configured, &self.program()) {
            self.program.send_replace(configured);
        }
    }

    /// Takes up what do-not-contact marks are known by.
    pub(super) fn mark_with(&self, marker: Option<Marker>) {
        self.seen.send_modify(|seen| Arc::make_mut(seen).marker = marker);
    }

    pub(super) fn program(&self) -> Arc<Program> {
        self.program.borrow().clone()
    }

    pub(super) fn seen(&self) -> Arc<Observations> {
        self.seen.borrow().clone()
    }
}
