class A extends TestCase {
  public function testAdds(): void {}
  private function helper() {}
}
