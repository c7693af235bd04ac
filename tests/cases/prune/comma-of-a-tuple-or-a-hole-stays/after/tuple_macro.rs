fn a() {
    assert_eq!(s, (b,));
}
