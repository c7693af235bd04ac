fn helper(x: i32) -> i32 {
    x * 2
}

pub fn add(a: i32, b: i32) -> i32 {
    // The sum of both.
    // It may overflow.
    a - b
}
