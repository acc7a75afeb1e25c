//! A Unix socket that only this user can reach and that nobody can squat.

use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::unix::fs::{DirBuilderExt, FileTypeExt, MetadataExt, PermissionsExt};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::fcntl::{Flock, FlockArg};
use nix::unistd::geteuid;
use thiserror::Error;

/// Permission bits that let somebody else put a file into a folder.
const OTHERS_WRITE: u32 = 0o022;

/// Why a socket could not be opened.
#[derive(Debug, Error)]
pub enum ListenError {
    #[error("folder {folder} belongs to uid {owner}, want uid {own}: use a folder of your own")]
    Owner { folder: PathBuf, owner: u32, own: u32 },
    #[error("folder {folder} has mode {mode:03o}, so others can write to it: chmod 700 it")]
    Mode { folder: PathBuf, mode: u32 },
    #[error("{0} is in use by another process: stop it or choose another path")]
    InUse(PathBuf),
    #[error("{0} is not a socket: remove it or choose another path")]
    NotASocket(PathBuf),
    #[error("{path}: {cause}")]
    Io { path: PathBuf, cause: io::Error },
}

/// A listening socket. Dropping it removes the socket file.
#[derive(Debug)]
pub struct PrivateListener {
    pub socket: UnixListener,
    path: PathBuf,
    /// Held for life: of two starters that both find a stale socket file, only
    /// one may replace it.
    _lock: Flock<File>,
}

impl PrivateListener {
    /// Creates the folder (mode 0700) if it is missing, and replaces a socket
    /// file that nothing answers on, which is what a killed process leaves.
    pub fn bind(path: &Path) -> Result<Self, ListenError> {
        check_folder(match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        })?;
        let lock = lock(path)?;
        remove_stale(path)?;
        let socket = UnixListener::bind(path).map_err(at(path))?;
        fs::set_permissions(path, fs::Permissions::from_mode(0o600)).map_err(at(path))?;
        Ok(Self { socket, path: path.to_owned(), _lock: lock })
    }
}

impl Drop for PrivateListener {
    fn drop(&mut self) {
        if let Err(e) = fs::remove_file(&self.path) {
            eprintln!("pricing-engine: remove {}: {e}", self.path.display());
        }
    }
}

fn at(path: &Path) -> impl Fn(io::Error) -> ListenError {
    move |cause| ListenError::Io { path: path.to_owned(), cause }
}

fn check_folder(folder: &Path) -> Result<(), ListenError> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(at(folder))?;
    let found = fs::metadata(folder).map_err(at(folder))?;
    let own = geteuid().as_raw();
    if found.uid() != own {
        return Err(ListenError::Owner { folder: folder.to_owned(), owner: found.uid(), own });
    }
    let mode = found.mode() & 0o777;
    if mode & OTHERS_WRITE != 0 {
        return Err(ListenError::Mode { folder: folder.to_owned(), mode });
    }
    Ok(())
}

/// The lock file stays when the process ends: removing it would let a third
/// process lock a new file while a second still waits on the old one.
fn lock(path: &Path) -> Result<Flock<File>, ListenError> {
    let mut lock_path = path.as_os_str().to_owned();
    lock_path.push(".lock");
    let lock_path = Path::new(&lock_path);
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(lock_path)
        .map_err(at(lock_path))?;
    match Flock::lock(file, FlockArg::LockExclusiveNonblock) {
        Ok(lock) => Ok(lock),
        Err((_, Errno::EWOULDBLOCK)) => Err(ListenError::InUse(path.to_owned())),
        Err((_, e)) => Err(at(lock_path)(e.into())),
    }
}

fn remove_stale(path: &Path) -> Result<(), ListenError> {
    let found = match fs::symlink_metadata(path) {
        Ok(found) => found,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(e) => return Err(at(path)(e)),
    };
    if !found.file_type().is_socket() {
        return Err(ListenError::NotASocket(path.to_owned()));
    }
    match UnixStream::connect(path) {
        Err(e) if e.kind() == io::ErrorKind::ConnectionRefused => {
            fs::remove_file(path).map_err(at(path))
        }
        Err(e) => Err(at(path)(e)),
        Ok(_) => Err(ListenError::InUse(path.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::TempFolder;

    #[test]
    fn folder_and_socket_are_private_and_gone_after() {
        let folder = TempFolder::new();
        let path = folder.path().join("run/engine.sock");
        let listener = PrivateListener::bind(&path).unwrap();
        let mode = |p: &Path| fs::metadata(p).unwrap().mode() & 0o777;
        assert_eq!(mode(path.parent().unwrap()), 0o700);
        assert_eq!(mode(&path), 0o600);
        drop(listener);
        assert!(!path.exists());
    }

    #[test]
    fn stale_socket_is_replaced() {
        let folder = TempFolder::new();
        let path = folder.path().join("engine.sock");
        // The standard library leaves the file behind, as SIGKILL would.
        drop(UnixListener::bind(&path).unwrap());
        PrivateListener::bind(&path).unwrap();
    }

    #[test]
    fn live_socket_is_not_stolen() {
        let folder = TempFolder::new();
        let path = folder.path().join("engine.sock");
        let foreign = UnixListener::bind(&path).unwrap();
        let err = PrivateListener::bind(&path).unwrap_err();
        assert!(matches!(err, ListenError::InUse(_)), "{err}");
        drop(foreign);

        let _own = PrivateListener::bind(&path).unwrap();
        let err = PrivateListener::bind(&path).unwrap_err();
        assert!(matches!(err, ListenError::InUse(_)), "{err}");
    }

    #[test]
    fn a_file_that_is_no_socket_is_kept() {
        let folder = TempFolder::new();
        let path = folder.path().join("notes.txt");
        fs::write(&path, "keep me").unwrap();
        let err = PrivateListener::bind(&path).unwrap_err();
        assert!(matches!(err, ListenError::NotASocket(_)), "{err}");
        assert_eq!(fs::read_to_string(&path).unwrap(), "keep me");
    }

    #[test]
    fn folder_that_others_can_write_is_refused() {
        let folder = TempFolder::new();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o770)).unwrap();
        let err = PrivateListener::bind(&folder.path().join("engine.sock")).unwrap_err();
        assert!(matches!(err, ListenError::Mode { mode: 0o770, .. }), "{err}");
    }
}
