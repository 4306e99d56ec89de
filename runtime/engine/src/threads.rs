use std::thread;

use rayon::{ThreadPool, ThreadPoolBuildError, ThreadPoolBuilder};

/// Starts the threads of a session: so many, one per core for 0. Where they are as many as the processors that this process may use, each
/// keeps to one: after a rest the system often wakes two on one processor, and an answer of some tens of milliseconds is over before it
/// moves one away.
///
/// # Errors
/// The system gives no thread.
pub fn start_threads(count: usize) -> Result<ThreadPool, ThreadPoolBuildError> {
    let count = if count == 0 { thread::available_parallelism().map_or(1, usize::from) } else { count };
    ThreadPoolBuilder::new()
        .num_threads(count)
        .thread_name(|index| format!("inference-{index}"))
        .start_handler(move |index| keep(index, count))
        .build()
}

#[cfg(target_os = "linux")]
fn keep(index: usize, count: usize) {
    use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

    let Ok(allowed) = sched_getaffinity(None) else { return };
    let processors: Vec<usize> = (0..CpuSet::MAX_CPU).filter(|processor| allowed.is_set(*processor)).collect();
    if processors.len() != count {
        return;
    }
    let mut own = CpuSet::new();
    own.set(processors[index]);
    // Without it all is right, and slower now and then.
    let _ = sched_setaffinity(None, &own);
}

#[cfg(not(target_os = "linux"))]
fn keep(_: usize, _: usize) {}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::collections::BTreeSet;

    use rustix::thread::{CpuSet, sched_getaffinity};

    use super::start_threads;

    fn allowed() -> Vec<usize> {
        let set = sched_getaffinity(None).expect("the system says");
        (0..CpuSet::MAX_CPU).filter(|processor| set.is_set(*processor)).collect()
    }

    #[test]
    fn threads_keep_apart_where_each_has_a_processor() {
        let all = allowed();
        let found = start_threads(all.len()).expect("they start").broadcast(|_| allowed());
        assert!(found.iter().all(|own| own.len() == 1), "{found:?}");
        let distinct: BTreeSet<usize> = found.into_iter().flatten().collect();
        assert!(distinct.into_iter().eq(all.iter().copied()), "one for each of {all:?}");
        let more = start_threads(all.len() + 1).expect("they start").broadcast(|_| allowed());
        assert!(more.iter().all(|own| *own == all), "the system chooses: {more:?}");
    }
}
