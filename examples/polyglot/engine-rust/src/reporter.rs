//! The reporter as the engine sees it: there, or out for a while.
//!
//! An order is priced even if it cannot be recorded, so an outage must not make
//! orders wait: the first one waits up to [`PATIENCE`] for the reporter to come
//! up, later ones try once per back-off interval and are refused in between.

use std::io;
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use thiserror::Error;

use crate::backoff::Backoff;
use crate::reporter_link::{LinkError, ReporterLink};

/// How long an order waits for a reporter that was not known to be out.
const PATIENCE: Duration = Duration::from_secs(1);

/// Why a record was not recorded.
#[derive(Debug, Error)]
pub enum RecordError {
    #[error("reporter at {path} is unreachable: {cause}")]
    Unreachable { path: PathBuf, cause: io::Error },
    #[error("reporter at {path} is out, next attempt in {} ms", .wait.as_millis())]
    Out { path: PathBuf, wait: Duration },
    #[error(transparent)]
    Link(#[from] LinkError),
}

/// A client that reconnects. It belongs to one thread, so one record at a time
/// is in its slot.
#[derive(Debug)]
pub struct Reporter {
    path: PathBuf,
    patience: Duration,
    link: Option<ReporterLink>,
    outage: Option<Outage>,
}

#[derive(Debug)]
struct Outage {
    backoff: Backoff,
    retry_at: Instant,
}

impl Reporter {
    /// Connects with the first record, not before.
    pub fn new(path: PathBuf) -> Self {
        Self { path, patience: PATIENCE, link: None, outage: None }
    }

    /// Does not wait for a reporter that is not there.
    #[cfg(test)]
    pub fn impatient(path: PathBuf) -> Self {
        Self { patience: Duration::ZERO, ..Self::new(path) }
    }

    /// Records once or not at all; at most one further connection is tried, and
    /// only if the record certainly did not leave.
    pub fn record(&mut self, record: &[u8], b3: &str) -> Result<(), RecordError> {
        let first = self.record_once(record, b3);
        match first {
            Err(RecordError::Link(LinkError::NotSent(_))) => self.record_once(record, b3),
            other => other,
        }
    }

    fn record_once(&mut self, record: &[u8], b3: &str) -> Result<(), RecordError> {
        let mut link = match self.link.take() {
            Some(link) => link,
            None => self.connect()?,
        };
        let result = link.record(record, b3);
        let usable = match &result {
            Ok(()) | Err(LinkError::Refused(_) | LinkError::TooLong(_)) => true,
            // The answer may still come, and would be taken for the next one's.
            Err(LinkError::NotSent(_) | LinkError::NoAnswer(_)) => false,
        };
        if usable {
            self.link = Some(link);
        }
        Ok(result?)
    }

    fn connect(&mut self) -> Result<ReporterLink, RecordError> {
        let now = Instant::now();
        let (mut backoff, until) = match self.outage.take() {
            Some(outage) if now < outage.retry_at => {
                let wait = outage.retry_at - now;
                self.outage = Some(outage);
                return Err(RecordError::Out { path: self.path.clone(), wait });
            }
            Some(outage) => (outage.backoff, now),
            None => (Backoff::new(), now + self.patience),
        };
        loop {
            let cause = match ReporterLink::connect(&self.path) {
                Ok(link) => return Ok(link),
                Err(cause) => cause,
            };
            let retry_at = Instant::now() + backoff.pause();
            if retry_at > until {
                self.outage = Some(Outage { backoff, retry_at });
                return Err(RecordError::Unreachable { path: self.path.clone(), cause });
            }
            thread::sleep(retry_at - Instant::now());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::UnixListener;
    use std::sync::mpsc;

    use super::*;
    use crate::frame;
    use crate::testing::TempFolder;

    const LIMIT: usize = 4 << 10;

    /// A reporter that takes one record a connection, then hangs up and waits
    /// for the next. It sends every frame it got, and "closed", to the channel.
    fn serve_one_record_each(listener: UnixListener) -> mpsc::Receiver<String> {
        let (seen, events) = mpsc::channel();
        thread::spawn(move || {
            while let Ok((mut stream, _)) = listener.accept() {
                for _hello_and_doorbell in 0..2 {
                    let frame = frame::read(&mut stream, LIMIT).unwrap().unwrap();
                    seen.send(String::from_utf8(frame).unwrap()).unwrap();
                    frame::write(&mut stream, br#"{"ok":true}"#, LIMIT).unwrap();
                }
                drop(stream);
                seen.send("closed".to_owned()).unwrap();
            }
        });
        events
    }

    #[test]
    fn waits_for_a_reporter_that_starts_later() {
        let folder = TempFolder::new();
        let path = folder.path().join("reporter.sock");
        let mut reporter = Reporter::new(path.clone());
        let started = thread::spawn(move || {
            thread::sleep(Duration::from_millis(50));
            serve_one_record_each(UnixListener::bind(path).unwrap())
        });
        reporter.record(b"{}", "b3").unwrap();
        let events: Vec<String> = started.join().unwrap().iter().take(3).collect();
        assert_eq!(
            events,
            [r#"{"slot_bytes":1048576}"#, r#"{"b3":"b3","length":2,"offset":0}"#, "closed"]
        );
    }

    #[test]
    fn record_after_a_restart_goes_over_a_new_connection() {
        let folder = TempFolder::new();
        let path = folder.path().join("reporter.sock");
        let events = serve_one_record_each(UnixListener::bind(&path).unwrap());
        let mut reporter = Reporter::new(path);
        reporter.record(b"{}", "first").unwrap();
        assert_eq!(events.iter().take(3).last().unwrap(), "closed");

        reporter.record(b"{}", "second").unwrap();
        let after: Vec<String> = events.iter().take(3).collect();
        assert_eq!(
            after,
            [r#"{"slot_bytes":1048576}"#, r#"{"b3":"second","length":2,"offset":0}"#, "closed"]
        );
    }

    #[test]
    fn outage_does_not_make_the_next_order_wait() {
        let folder = TempFolder::new();
        let mut reporter = Reporter::impatient(folder.path().join("reporter.sock"));
        let first = reporter.record(b"{}", "b3").unwrap_err();
        assert!(matches!(first, RecordError::Unreachable { .. }), "{first}");
        let second = reporter.record(b"{}", "b3").unwrap_err();
        assert!(matches!(second, RecordError::Out { .. }), "{second}");
    }
}
