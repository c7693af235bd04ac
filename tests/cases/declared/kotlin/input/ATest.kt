class ATest {
  @Test fun `adds`() = check(true)
}
