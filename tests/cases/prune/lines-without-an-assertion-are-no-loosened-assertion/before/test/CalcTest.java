package calc;

public class CalcTest {
  public void testAdd() {
    Date expectedDate = new Date(2018, 6, 25);
    check(Calc.add(1, 2), expectedDate);
  }
}
