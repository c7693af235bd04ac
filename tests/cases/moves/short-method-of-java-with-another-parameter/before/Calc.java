class Calc {
    private int xi(int x) {
        return x * 4;
    }

    private int beta(int y) {
        return y * 5;
    }

    int add(int a, int b) {
        return a - b;
    }
}
