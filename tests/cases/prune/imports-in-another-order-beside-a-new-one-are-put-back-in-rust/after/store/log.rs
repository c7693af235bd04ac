use std::fmt;
use std::io;
use crate::a::A;
use crate::log::log;

pub fn f(a: A) -> String {
    log("f");
    format!("{}", a)
}
