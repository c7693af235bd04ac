fn xi(x: i32) -> i32 {
    x * 4
}

fn beta(y: i32) -> i32 {
    y * 5
}

pub fn add(a: i32, b: i32) -> i32 {
    a - b
}
