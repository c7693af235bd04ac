const A: &str = r#"  x
  y"#;
