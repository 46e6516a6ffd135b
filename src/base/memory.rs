//! What allocator and system are asked to do with memory: what stays when it is free again, and where pages are large.

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

/// Size of pages that advice begins and ends at.
const PAGE: usize = 4096;

/// Asks the system for few large pages instead of many small ones below `room`, which nobody has touched yet; it may decline.
///
/// For the tens of megabytes in which records are read and put in order: a processor keeps the places of some thousand pages in mind, and each page is
/// made when it is touched first.
pub fn in_large_pages(room: &mut [u8]) {
    let before = room.as_ptr().align_offset(PAGE).min(room.len());
    let pages = &mut room[before..];
    let length = pages.len() / PAGE * PAGE;
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    {
        #[expect(unsafe_code, reason = "the system's call is C")]
        // SAFETY: the pages lie within memory that is borrowed for this call alone, and the advice changes nothing that is in them.
        let taken = unsafe { libc::madvise(pages.as_mut_ptr().cast(), length, libc::MADV_HUGEPAGE) };
        if taken != 0 {
            tracing::debug!(length, "the system has no large pages");
        }
    }
    #[cfg(not(all(target_os = "linux", target_env = "gnu")))]
    let _unused = (pages, length);
}
