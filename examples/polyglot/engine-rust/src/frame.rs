//! Length-prefixed frames: 4-byte big-endian length, then that many bytes.
//!
//! Both sockets of the engine speak them. A length is checked against the
//! limit before anything is read or allocated for it, and memory grows with the
//! bytes that arrive, not with the length that was claimed.

use std::io::{self, Read, Write};

use thiserror::Error;

/// Size of the length prefix in bytes.
const PREFIX_BYTES: usize = 4;

/// Why a frame was not read or written.
#[derive(Debug, Error)]
pub enum FrameError {
    #[error("frame of {len} bytes exceeds the limit of {limit} bytes")]
    TooLarge { len: usize, limit: usize },
    #[error("frame is empty")]
    Empty,
    #[error("connection closed {missing} bytes before the end of a frame")]
    Truncated { missing: usize },
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Reads one frame; `None` if the peer closed the connection between frames.
pub fn read(from: &mut impl Read, limit: usize) -> Result<Option<Vec<u8>>, FrameError> {
    let mut prefix = [0; PREFIX_BYTES];
    let got = read_up_to(from, &mut prefix)?;
    if got == 0 {
        return Ok(None);
    }
    if got < PREFIX_BYTES {
        return Err(FrameError::Truncated { missing: PREFIX_BYTES - got });
    }
    let len = u32::from_be_bytes(prefix) as usize;
    check(len, limit)?;

    let mut payload = Vec::new();
    from.take(len as u64).read_to_end(&mut payload)?;
    if payload.len() < len {
        return Err(FrameError::Truncated { missing: len - payload.len() });
    }
    Ok(Some(payload))
}

/// Writes one frame in a single call, so that a small frame is never split.
pub fn write(to: &mut impl Write, payload: &[u8], limit: usize) -> Result<(), FrameError> {
    to.write_all(&encode(payload, limit)?)?;
    Ok(())
}

/// The bytes of a frame that holds `payload`.
pub fn encode(payload: &[u8], limit: usize) -> Result<Vec<u8>, FrameError> {
    check(payload.len(), limit)?;
    let len = u32::try_from(payload.len())
        .map_err(|_| FrameError::TooLarge { len: payload.len(), limit: u32::MAX as usize })?;
    let mut frame = Vec::with_capacity(PREFIX_BYTES + payload.len());
    frame.extend_from_slice(&len.to_be_bytes());
    frame.extend_from_slice(payload);
    Ok(frame)
}

fn check(len: usize, limit: usize) -> Result<(), FrameError> {
    if len == 0 {
        return Err(FrameError::Empty);
    }
    if len > limit {
        return Err(FrameError::TooLarge { len, limit });
    }
    Ok(())
}

/// Fills `buf` as far as the peer sends, and says how far that was.
fn read_up_to(from: &mut impl Read, buf: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buf.len() {
        match from.read(&mut buf[filled..]) {
            Ok(0) => break,
            Ok(n) => filled += n,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: usize = 8;

    fn read_all(mut bytes: &[u8]) -> String {
        match read(&mut bytes, LIMIT) {
            Ok(Some(payload)) => format!("payload {payload:?}"),
            Ok(None) => "closed".to_owned(),
            Err(e) => e.to_string(),
        }
    }

    #[test]
    fn reads_only_what_the_bounds_allow() {
        let cases: &[(&str, &[u8], &str)] = &[
            ("whole frame", &[0, 0, 0, 2, 7, 9], "payload [7, 9]"),
            (
                "frame at the limit",
                &[0, 0, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8],
                "payload [1, 2, 3, 4, 5, 6, 7, 8]",
            ),
            ("closed between frames", &[], "closed"),
            ("zero length", &[0, 0, 0, 0], "frame is empty"),
            (
                "one over the limit",
                &[0, 0, 0, 9, 1],
                "frame of 9 bytes exceeds the limit of 8 bytes",
            ),
            ("largest length", &[255; 4], "frame of 4294967295 bytes exceeds the limit of 8 bytes"),
            (
                "closed in the prefix",
                &[0, 0],
                "connection closed 2 bytes before the end of a frame",
            ),
            (
                "closed in the payload",
                &[0, 0, 0, 5, 1],
                "connection closed 4 bytes before the end of a frame",
            ),
        ];
        for (name, bytes, want) in cases {
            assert_eq!(&read_all(bytes), want, "{name}: {bytes:?}");
        }
    }

    #[test]
    fn writes_what_it_reads() {
        let mut wire = Vec::new();
        write(&mut wire, b"order", LIMIT).unwrap();
        assert_eq!(read(&mut wire.as_slice(), LIMIT).unwrap().unwrap(), b"order");
    }

    #[test]
    fn refuses_to_write_beyond_the_limit() {
        let mut wire = Vec::new();
        let err = write(&mut wire, &[0; LIMIT + 1], LIMIT).unwrap_err();
        assert_eq!(err.to_string(), "frame of 9 bytes exceeds the limit of 8 bytes");
        assert!(wire.is_empty(), "nothing may reach the peer: {wire:?}");
    }
}
