class A {
  [Fact]
  public void Adds() {}
  [Theory, Trait("a", "b")]
  [InlineData(1)]
  public async Task Waits(int n) {}
}
