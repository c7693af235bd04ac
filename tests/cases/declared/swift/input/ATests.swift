final class A: XCTestCase {
    func testAdds() throws {}
}
