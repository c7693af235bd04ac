fn f() {}

const A: &str = r#"

x
  y"#;
