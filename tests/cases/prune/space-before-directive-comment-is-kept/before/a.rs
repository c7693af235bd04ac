// ! About this.
fn f() {}
