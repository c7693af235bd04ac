fn a() {
    let (s,) = f();
}
