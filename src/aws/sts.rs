//! Security Token Service: who am I.
