//! The SDK against the sandbox's core: both doors, STS, IAM, denials and the snapshot.

use outcrop::base::clock::SystemClock;
use outcrop::sandbox::Sandbox;
use outcrop::sandbox::world::World;

#[test]
fn request_ids_are_uuids_and_differ() {
    let sandbox = Sandbox::new(World::default(), SystemClock::shared(), 7);
    let (one, two) = (sandbox.new_id(), sandbox.new_id());
    assert_ne!(one, two);
    assert_eq!(one.split('-').map(str::len).collect::<Vec<_>>(), [8, 4, 4, 4, 12]);
    assert_eq!(one.as_bytes()[14], b'4');
}
