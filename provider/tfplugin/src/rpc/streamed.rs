//! An answer that comes in parts.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio_stream::Stream;
use tonic::Status;
use tonic::codegen::BoxStream;

/// The parts that `work` sends. It goes on only as far as they are taken, and ends when the client goes away.
pub(super) fn streamed<T: Send + 'static, W: Future<Output = ()> + Send + 'static>(
    work: impl FnOnce(Sender<T>) -> W,
) -> BoxStream<T> {
    let (sender, parts) = mpsc::channel(1);
    Box::pin(Streamed { work: Some(Box::pin(work(sender))), parts })
}

struct Streamed<T> {
    work: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
    parts: Receiver<T>,
}

impl<T> Stream for Streamed<T> {
    type Item = Result<T, Status>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Poll::Ready(part) = self.parts.poll_recv(context) {
                return Poll::Ready(part.map(Ok));
            }
            match self.work.as_mut().map(|work| work.as_mut().poll(context)) {
                Some(Poll::Ready(())) => self.work = None,
                // It may have sent something on its way to where it waits.
                Some(Poll::Pending) => return self.parts.poll_recv(context).map(|part| part.map(Ok)),
                None => return Poll::Pending,
            }
        }
    }
}
