//! Who is at the other end of a Unix socket.

use std::io;
use std::os::unix::net::UnixStream;

use nix::sys::socket::{getsockopt, sockopt::PeerCredentials};
use nix::unistd::geteuid;

/// Refuses a peer that runs as another user. The kernel recorded the user id
/// when the connection was made, so the peer cannot claim another.
pub fn check_same_user(stream: &UnixStream) -> io::Result<()> {
    let peer = getsockopt(stream, PeerCredentials)?.uid();
    let own = geteuid().as_raw();
    if peer != own {
        return Err(io::Error::new(
            io::ErrorKind::PermissionDenied,
            format!("peer runs as uid {peer}, want uid {own}"),
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_user_is_welcome() {
        let (here, _there) = UnixStream::pair().unwrap();
        check_same_user(&here).unwrap();
    }
}
