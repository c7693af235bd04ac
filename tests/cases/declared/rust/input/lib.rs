#[test]
fn adds() {}

#[tokio::test(flavor = "x")]
#[ignore]
async fn waits() {}

fn helper() {}
