//! How many connections are open, and what it means that none is.

use std::time::Duration;

use tokio::sync::watch;

/// How long a client may take to connect; Terraform does so at once.
const FIRST: Duration = Duration::from_secs(60);
/// How long a client may be without any connection once it had one; Terraform keeps its one to the end.
const GONE: Duration = Duration::from_secs(3);

/// Counts open connections.
#[derive(Debug, Clone)]
pub(super) struct Connections(watch::Sender<usize>);

/// An open connection; dropped when it is closed.
#[derive(Debug)]
pub(super) struct Open(watch::Sender<usize>);

impl Connections {
    /// None yet.
    pub(super) fn new() -> Self {
        Self(watch::Sender::new(0))
    }

    /// One more.
    pub(super) fn open(&self) -> Open {
        self.0.send_modify(|count| *count += 1);
        Open(self.0.clone())
    }

    /// Resolves when none is open.
    pub(super) async fn closed(&self) {
        // The sender lives as long as this, so that waiting does not fail.
        let _ = self.0.subscribe().wait_for(|count| *count == 0).await;
    }

    /// Resolves when no client connects in time, or none is left. This is how the end of Terraform is seen where a process
    /// cannot ask who its parent is.
    pub(super) async fn abandoned(&self) {
        self.abandoned_after(FIRST, GONE).await;
    }

    async fn abandoned_after(&self, first: Duration, gone: Duration) {
        let mut limit = first;
        let mut count = self.0.subscribe();
        while tokio::time::timeout(limit, count.wait_for(|count| *count > 0)).await.is_ok() {
            self.closed().await;
            limit = gone;
        }
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count -= 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(3600);

    fn connections(act: impl AsyncFnOnce(&Connections)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
        runtime.block_on(act(&Connections::new()));
    }

    #[test]
    fn a_client_that_never_comes_is_not_waited_for() {
        connections(async |connections| connections.abandoned_after(Duration::ZERO, LONG).await);
    }

    #[test]
    fn the_last_connection_of_several_counts() {
        connections(async |connections| {
            let (first, second) = (connections.open(), connections.open());
            let ends = connections.abandoned_after(LONG, Duration::ZERO);
            tokio::pin!(ends);
            for open in [Some(first), None] {
                drop(open);
                tokio::select! {
                    biased;
                    () = &mut ends => panic!("one is still open"),
                    () = std::future::ready(()) => {}
                }
            }
            drop(second);
            ends.await;
            connections.closed().await;
        });
    }
}
