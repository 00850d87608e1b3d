//! What pages tell, and what is recorded of it.
