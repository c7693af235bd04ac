fn f(
    x: Kind,
) -> Map<
    Key,
    Value,
>
where
    Kind: Clone,
{
    match x {
        Kind::A => one(),
        Kind::B => {
            two();
            three()
        }
        Kind::C => {
            four(first_argument, second_argument)
        }
        Kind::D => Map::new(),
    }
}

fn g(a: i32) -> i32 {
    a + 1
}
