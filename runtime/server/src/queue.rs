//! The bounded queue: a request is admitted or refused before its body is read, then waits for its turn.

use std::sync::Arc;

use monai_spec::ErrorCode;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::failure::Failure;

pub(crate) struct Queue {
    places: Arc<Semaphore>,
    turns: Arc<Semaphore>,
    in_flight: usize,
    depth: usize,
}

/// A place in the queue; dropping it frees the place.
pub(crate) struct Place {
    _place: OwnedSemaphorePermit,
    turns: Arc<Semaphore>,
}

/// The right to run; it also holds the place, so that both are free only when the job has really ended.
pub(crate) struct Turn {
    _place: Place,
    _turn: OwnedSemaphorePermit,
}

impl Queue {
    pub(crate) fn new(in_flight: usize, depth: usize) -> Queue {
        let (places, turns) = (Arc::new(Semaphore::new(in_flight + depth)), Arc::new(Semaphore::new(in_flight)));
        Queue { places, turns, in_flight, depth }
    }

    pub(crate) fn admit(&self) -> Result<Place, Failure> {
        let place = Arc::clone(&self.places).try_acquire_owned().map_err(|_| {
            let message = format!("{} requests run and {} wait; no more are taken", self.in_flight, self.depth);
            Failure::new(ErrorCode::Overloaded, message).retry_after(5)
        })?;
        Ok(Place { _place: place, turns: Arc::clone(&self.turns) })
    }
}

impl Place {
    pub(crate) async fn turn(self) -> Turn {
        let turn = Arc::clone(&self.turns).acquire_owned().await.expect("the semaphore is never closed");
        Turn { _place: self, _turn: turn }
    }
}
