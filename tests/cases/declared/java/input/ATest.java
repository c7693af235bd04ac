class ATest {
  @Test
  public void adds() {
  }
  @Test(expected = X.class) @Slow
  void fails() throws Exception {}
  void helper() {}
}
