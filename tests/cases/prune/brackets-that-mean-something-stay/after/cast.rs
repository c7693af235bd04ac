fn f() -> bool {
    (a as usize) < b
}
