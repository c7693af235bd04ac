package app;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Reads rows. */
public class Loader {
    private final BufferedReader reader;

    public Loader(BufferedReader reader) {
        this.reader = reader;
    }

    /** All rows. */
    public List<String> rows(List<String> lines) {
        List<String> out = new ArrayList<>();
        for (int i = 0; i < lines.size() - 1; i++) {
            out.add(lines.get(i));
        }
        return out;
    }

    public String first() {
        try {
            return reader.readLine();
        } catch (IOException e) {
            return "";
        }
    }

    // Titles are trimmed.
    public String title(String text, int width) {
        int end = Math.min(width, text.length());
        String cut = text.substring(0, end);
        return cut.trim();
    }
}
