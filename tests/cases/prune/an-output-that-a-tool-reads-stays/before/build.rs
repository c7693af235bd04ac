fn main() {
    let a = 1;
    check(a);
}
