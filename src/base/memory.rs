//! What the allocator does with memory that is free again.

/// Free bytes that are kept at the end of a heap, and size of the largest pieces that come from it: some frames' worth of triangles.
const KEPT: i32 = 64 << 20;
const LARGEST: i32 = 32 << 20;

/// Lets glibc keep the memory of a frame for the next one.
///
/// A frame of a full dashboard makes ten megabytes of triangles. By itself glibc gives them back to the system after each frame and takes them anew,
/// page by page, which is up to half of the frame's time. Other allocators keep them by themselves. Call it first.
pub fn keep_for_next_frame() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    for (parameter, bytes) in [(libc::M_TRIM_THRESHOLD, KEPT), (libc::M_MMAP_THRESHOLD, LARGEST)] {
        #[expect(unsafe_code, reason = "glibc is C")]
        // SAFETY: it takes two numbers, touches nothing of ours, and refuses what it does not know.
        let taken = unsafe { libc::mallopt(parameter, bytes) };
        if taken != 1 {
            tracing::debug!(parameter, bytes, "the allocator does not take a limit");
        }
    }
    #[cfg(not(all(target_os = "linux", target_env = "gnu")))]
    let _unused = (KEPT, LARGEST);
}
