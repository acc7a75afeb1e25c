//! Growing pauses between attempts.

use std::time::Duration;

const FIRST: Duration = Duration::from_millis(20);
const LONGEST: Duration = Duration::from_secs(2);

/// Each pause is twice the one before, up to the longest. There is no jitter:
/// the few connections of one process to a local peer cannot make a herd.
#[derive(Debug)]
pub struct Backoff {
    next: Duration,
}

impl Backoff {
    pub fn new() -> Self {
        Self { next: FIRST }
    }

    pub fn pause(&mut self) -> Duration {
        let pause = self.next;
        self.next = (pause * 2).min(LONGEST);
        pause
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_up_to_the_longest() {
        let mut backoff = Backoff::new();
        let millis: Vec<u128> = (0..9).map(|_| backoff.pause().as_millis()).collect();
        assert_eq!(millis, [20, 40, 80, 160, 320, 640, 1280, 2000, 2000]);
    }
}
