//! About this.
fn f() {}
