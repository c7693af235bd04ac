package calc;

public class CalcTest {
  public void testAdd() {
    calendar.set(2018, 6, 25);
    check(Calc.add(1, 2), expectedDate);
  }
}
