//! One connection to the reporter: a socket for doorbells, a slot for records.
//!
//! The protocol, all frames as in [`crate::frame`]:
//!
//! 1. hello `{"slot_bytes":1048576}`, with the slot's file descriptor attached
//!    (`SCM_RIGHTS`); the reporter maps it and answers;
//! 2. per record: write it into the slot, ring `{"offset","length","b3"}`, wait
//!    for the answer. Only then may the slot be written again.
//!
//! An answer is `{"ok":true}` or `{"error":"<text>"}`.
//!
//! This is a simple shared-memory hop: one slot and a system call per record. It
//! shows what a trace needs at such a boundary, not how fast one can be.

use std::io::{self, IoSlice, Write};
use std::os::fd::{AsFd, AsRawFd};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use nix::sys::socket::{ControlMessage, MsgFlags, sendmsg};
use serde_json::{Value, json};
use thiserror::Error;

use crate::frame::{self, FrameError};
use crate::peer::check_same_user;
use crate::shared_slot::{SLOT_BYTES, SharedSlot, TooLong};

/// Longest doorbell or answer in bytes; records are in the slot, not in here.
const CONTROL_LIMIT: usize = 4 << 10;

/// How long the reporter may take to read or answer.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(1);

/// Why a record was not recorded.
#[derive(Debug, Error)]
pub enum LinkError {
    /// The connection is as good as before; the record is at fault.
    #[error("reporter refused: {0}")]
    Refused(String),
    #[error(transparent)]
    TooLong(#[from] TooLong),
    /// The doorbell did not leave: the record may be sent again elsewhere.
    #[error("ring the reporter: {0}")]
    NotSent(FrameError),
    /// The doorbell left but no answer came: the record may have been counted,
    /// so sending it again could count it twice.
    #[error("answer of the reporter: {0}")]
    NoAnswer(FrameError),
}

/// A connection whose slot the reporter has mapped.
#[derive(Debug)]
pub struct ReporterLink {
    stream: UnixStream,
    slot: SharedSlot,
}

impl ReporterLink {
    pub fn connect(path: &Path) -> io::Result<Self> {
        let stream = UnixStream::connect(path)?;
        check_same_user(&stream)?;
        stream.set_read_timeout(Some(ANSWER_TIMEOUT))?;
        stream.set_write_timeout(Some(ANSWER_TIMEOUT))?;
        let mut link = Self { stream, slot: SharedSlot::new()? };
        link.hand_over_slot()?;
        link.answer().map_err(io::Error::other)?;
        Ok(link)
    }

    /// Records one record; returns when the reporter has taken it.
    pub fn record(&mut self, record: &[u8], b3: &str) -> Result<(), LinkError> {
        self.slot.write(record)?;
        let doorbell = json!({"offset": 0, "length": record.len(), "b3": b3}).to_string();
        frame::write(&mut self.stream, doorbell.as_bytes(), CONTROL_LIMIT)
            .map_err(LinkError::NotSent)?;
        self.answer()
    }

    fn hand_over_slot(&mut self) -> io::Result<()> {
        let hello = json!({"slot_bytes": SLOT_BYTES}).to_string();
        let hello = frame::encode(hello.as_bytes(), CONTROL_LIMIT).map_err(io::Error::other)?;
        let sent = sendmsg::<()>(
            self.stream.as_raw_fd(),
            &[IoSlice::new(&hello)],
            &[ControlMessage::ScmRights(&[self.slot.as_fd().as_raw_fd()])],
            MsgFlags::MSG_NOSIGNAL,
            None,
        )?;
        // The descriptor went with the first byte; the rest is plain data.
        self.stream.write_all(&hello[sent..])
    }

    fn answer(&mut self) -> Result<(), LinkError> {
        let closed = || io::Error::from(io::ErrorKind::UnexpectedEof).into();
        let text = frame::read(&mut self.stream, CONTROL_LIMIT)
            .and_then(|text| text.ok_or_else(closed))
            .map_err(LinkError::NoAnswer)?;
        let answer: Value = serde_json::from_slice(&text)
            .map_err(|e| LinkError::NoAnswer(FrameError::Io(e.into())))?;
        if answer["ok"] == true {
            return Ok(());
        }
        Err(LinkError::Refused(answer["error"].as_str().unwrap_or("no reason given").to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::UnixListener;
    use std::thread;

    use super::*;
    use crate::testing::TempFolder;

    /// A reporter that answers the frames it gets with these bytes, in order,
    /// and closes the connection after the last.
    fn link_to(answers: &'static [&'static [u8]]) -> io::Result<ReporterLink> {
        let folder = TempFolder::new();
        let path = folder.path().join("reporter.sock");
        let listener = UnixListener::bind(&path).unwrap();
        thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            for answer in answers {
                frame::read(&mut stream, CONTROL_LIMIT).unwrap();
                stream.write_all(answer).unwrap();
            }
        });
        ReporterLink::connect(&path)
    }

    const OK: &[u8] = b"\0\0\0\x0b{\"ok\":true}";

    #[test]
    fn records() {
        let mut link = link_to(&[OK, OK, OK]).unwrap();
        link.record(b"{}", "b3").unwrap();
        link.record(b"{}", "b3").unwrap();
    }

    #[test]
    fn refused_slot_is_an_error_of_the_connect() {
        let err = link_to(&[b"\0\0\0\x13{\"error\":\"no seal\"}"]).unwrap_err();
        assert_eq!(err.to_string(), "reporter refused: no seal");
    }

    #[test]
    fn bad_answers() {
        let cases: &[(&str, &'static [&'static [u8]], &str)] = &[
            ("refusal", &[OK, b"\0\0\0\x0f{\"error\":\"bad\"}"], "reporter refused: bad"),
            ("no ok and no error", &[OK, b"\0\0\0\x02{}"], "reporter refused: no reason given"),
            (
                "not JSON",
                &[OK, b"\0\0\0\x02ok"],
                "answer of the reporter: expected value at line 1 column 1",
            ),
            ("closed instead", &[OK, b""], "answer of the reporter: unexpected end of file"),
            (
                "closed in the middle",
                &[OK, b"\0\0\0\x0b{\"ok\""],
                "answer of the reporter: connection closed 6 bytes before the end of a frame",
            ),
            (
                "too long",
                &[OK, b"\0\x01\0\0"],
                "answer of the reporter: frame of 65536 bytes exceeds the limit of 4096 bytes",
            ),
        ];
        for (name, answers, want) in cases {
            let err = link_to(answers).unwrap().record(b"{}", "b3").unwrap_err();
            assert_eq!(&err.to_string(), want, "{name}");
        }
    }

    #[test]
    fn doorbell_to_a_closed_reporter_was_not_sent() {
        let mut link = link_to(&[OK]).unwrap();
        // The peer closes right after its answer; wait until the kernel says so.
        while frame::read(&mut link.stream, CONTROL_LIMIT).unwrap().is_some() {}
        let err = link.record(b"{}", "b3").unwrap_err();
        assert!(matches!(err, LinkError::NotSent(_)), "{err}");
    }
}
