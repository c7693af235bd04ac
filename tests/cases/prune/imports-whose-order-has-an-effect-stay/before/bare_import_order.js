import 'a';
import 'b';
f();
