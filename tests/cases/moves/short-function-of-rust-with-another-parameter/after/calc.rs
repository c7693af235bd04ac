fn beta(y: i32) -> i32 {
    y * 5
}

fn xi(value: i32) -> i32 {
    value * 4
}

pub fn add(a: i32, b: i32) -> i32 {
    a + b
}
