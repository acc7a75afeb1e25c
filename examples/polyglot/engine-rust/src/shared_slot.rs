//! One slot of memory that the reporter can read.
//!
//! A memfd has no name, so there is nothing in a folder for another user to
//! open, and nothing is left behind when both processes are gone.

use std::ffi::c_void;
use std::fs::File;
use std::io;
use std::num::NonZeroUsize;
use std::os::fd::{AsFd, BorrowedFd};
use std::ptr::{self, NonNull};

use nix::fcntl::{FcntlArg, SealFlag, fcntl};
use nix::sys::memfd::{MFdFlags, memfd_create};
use nix::sys::mman::{MapFlags, ProtFlags, mmap, munmap};

/// Size of a slot in bytes; the longest record.
pub const SLOT_BYTES: NonZeroUsize = NonZeroUsize::new(1 << 20).unwrap();

/// A writable mapping of a memfd whose size is sealed and which nobody but this
/// process can write.
///
/// It holds one record at a time: the owner must not call [`SharedSlot::write`]
/// before the reporter has answered the doorbell of the record before.
#[derive(Debug)]
pub struct SharedSlot {
    file: File,
    start: NonNull<c_void>,
}

// SAFETY: the mapping belongs to this value alone, and it is written only
// through `&mut self`; no address of it leaves the type.
unsafe impl Send for SharedSlot {}

impl SharedSlot {
    pub fn new() -> io::Result<Self> {
        let flags = MFdFlags::MFD_CLOEXEC | MFdFlags::MFD_ALLOW_SEALING;
        let file = File::from(memfd_create(c"pricing-engine-slot", flags)?);
        file.set_len(SLOT_BYTES.get() as u64)?;
        // SAFETY: a fresh mapping at an address the kernel chooses; the file is
        // SLOT_BYTES long and is sealed below, so no access can hit a hole.
        let start = unsafe {
            mmap(
                None,
                SLOT_BYTES,
                ProtFlags::PROT_READ | ProtFlags::PROT_WRITE,
                MapFlags::MAP_SHARED,
                &file,
                0,
            )?
        };
        let slot = Self { file, start };
        // The reporter insists on the first: a file that can shrink would let
        // this process kill it with SIGBUS in the middle of a copy. The last
        // leaves the mapping above as the only way to write.
        let seals = SealFlag::F_SEAL_SHRINK
            | SealFlag::F_SEAL_GROW
            | SealFlag::F_SEAL_FUTURE_WRITE
            | SealFlag::F_SEAL_SEAL;
        fcntl(&slot.file, FcntlArg::F_ADD_SEALS(seals))?;
        Ok(slot)
    }

    /// Copies a record to the beginning of the slot.
    pub fn write(&mut self, record: &[u8]) -> Result<(), TooLong> {
        if record.len() > SLOT_BYTES.get() {
            return Err(TooLong { len: record.len() });
        }
        // SAFETY: the mapping is SLOT_BYTES long and record is not longer; it
        // is a slice of this process, so the two cannot overlap.
        unsafe {
            ptr::copy_nonoverlapping(record.as_ptr(), self.start.as_ptr().cast(), record.len());
        }
        Ok(())
    }
}

impl AsFd for SharedSlot {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.file.as_fd()
    }
}

impl Drop for SharedSlot {
    fn drop(&mut self) {
        // SAFETY: start and SLOT_BYTES are those of the mapping made in `new`.
        // Unmapping a whole mapping cannot fail.
        let _ = unsafe { munmap(self.start, SLOT_BYTES.get()) };
    }
}

/// A record that does not fit.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("record of {len} bytes exceeds the slot of {SLOT_BYTES} bytes")]
pub struct TooLong {
    len: usize,
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::FileExt;

    use super::*;

    #[test]
    fn record_is_in_the_file() {
        let mut slot = SharedSlot::new().unwrap();
        slot.write(b"record").unwrap();
        let mut read = [0; 6];
        slot.file.read_exact_at(&mut read, 0).unwrap();
        assert_eq!(&read, b"record");
    }

    #[test]
    fn longest_record_fits_and_one_byte_more_does_not() {
        let mut slot = SharedSlot::new().unwrap();
        let longest = vec![b'x'; SLOT_BYTES.get()];
        assert_eq!(slot.write(&longest), Ok(()));
        let too_long = vec![b'x'; SLOT_BYTES.get() + 1];
        assert_eq!(slot.write(&too_long), Err(TooLong { len: SLOT_BYTES.get() + 1 }));
    }

    #[test]
    fn size_is_sealed() {
        let slot = SharedSlot::new().unwrap();
        assert!(slot.file.set_len(1).is_err(), "shrinking must fail");
        assert!(slot.file.set_len(2 << 20).is_err(), "growing must fail");
    }

    #[test]
    fn nobody_else_can_write() {
        let slot = SharedSlot::new().unwrap();
        let err = slot.file.write_at(b"forged", 0).unwrap_err();
        assert_eq!(err.kind(), io::ErrorKind::PermissionDenied);
    }
}
