fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let a = 2;
    println!("{}", a);
    check(a);
}
