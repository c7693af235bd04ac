@test "adds" {
}
