package calc;

import static org.junit.Assert.fail;

public class CalcTest {
  public void testAdd() {
    check(Calc.add(1, 2), 3);
    Calc.add(1, 1);
  }

  public void testParse() {
    Calc.parse("1");
  }
}
