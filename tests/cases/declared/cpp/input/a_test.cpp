TEST(Math, adds) {
}
TEST_CASE("waits", "[x]") {}
