use std::io;
use std::fmt;
use crate::a::A;

pub fn f(a: A) -> String {
    format!("{}", a)
}
