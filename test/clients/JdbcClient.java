// The PostgreSQL JDBC driver for jdbc.test.ts: asks every way it knows and prints what it got.
// Takes the connection from its arguments: URL, user, password. Types are asserted here.

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.sql.Array;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.util.Properties;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

public class JdbcClient {
  static final String QUERY = "SELECT id, pan, pan_varchar, pan_char, pan_bigint, pan_numeric, cvv, cvv_number,"
      + " details, raw, previous, previous_numbers, entry, note FROM cards WHERE id <= ? ORDER BY id";

  interface Step {
    void run(Connection connection) throws Exception;
  }

  static Connection connect(String[] args, String... properties) throws SQLException {
    Properties all = new Properties();
    all.setProperty("user", args[1]);
    all.setProperty("password", args[2]);
    for (int i = 0; i < properties.length; i += 2) all.setProperty(properties[i], properties[i + 1]);
    return DriverManager.getConnection(args[0], all);
  }

  public static void main(String[] args) throws Exception {
    run("text", connect(args, "prepareThreshold", "0", "binaryTransfer", "false"), JdbcClient::rows);
    run("binary", connect(args, "prepareThreshold", "-1"), JdbcClient::rows);
    run("simple", connect(args, "preferQueryMode", "simple"), JdbcClient::rows);
    run("reused", connect(args, "prepareThreshold", "2"), JdbcClient::reused);
    run("portals", connect(args), JdbcClient::portals);
    run("batch", connect(args), JdbcClient::batch);
    run("transaction", connect(args), JdbcClient::transaction);
    run("copy", connect(args), JdbcClient::copy);
    run("complaints", connect(args), JdbcClient::complaints);
    run("notifications", connect(args), JdbcClient::notifications);
    run("cancel", connect(args), JdbcClient::cancel);
    run("metadata", connect(args), JdbcClient::metadata);
  }

  static void run(String name, Connection connection, Step step) throws Exception {
    try (connection) {
      step.run(connection);
    }
    System.out.println("done " + name);
  }

  static void rows(Connection connection) throws Exception {
    try (PreparedStatement statement = connection.prepareStatement(QUERY)) {
      statement.setInt(1, 150);
      print(statement.executeQuery());
    }
  }

  static void print(ResultSet row) throws Exception {
    while (row.next()) {
      row.getInt("id");
      BigDecimal exact = row.getBigDecimal("pan_numeric");
      long whole = row.getLong("pan_bigint");
      int code = row.getInt("cvv_number");
      String raw = new String(row.getBytes("raw"), StandardCharsets.ISO_8859_1);
      StringBuilder previous = new StringBuilder();
      for (Object each : (Object[]) row.getArray("previous").getArray()) previous.append(each).append(' ');
      for (Object each : (Object[]) row.getArray("previous_numbers").getArray()) previous.append((Long) each).append(' ');
      System.out.println(String.join("|", row.getString("pan"), row.getString("pan_varchar"), row.getString("pan_char"),
          String.valueOf(exact), Long.toString(whole), Integer.toString(code), row.getString("cvv"),
          row.getObject("details").toString(), raw, previous, row.getString("entry"), row.getString("note")));
    }
  }

  static void reused(Connection connection) throws Exception {
    try (PreparedStatement statement = connection.prepareStatement(QUERY)) {
      for (int count : new int[] {1, 2, 3, 40}) {
        statement.setInt(1, count);
        print(statement.executeQuery());
      }
    }
  }

  static void portals(Connection connection) throws Exception {
    connection.setAutoCommit(false);
    try (PreparedStatement statement = connection.prepareStatement(QUERY)) {
      statement.setFetchSize(25);
      statement.setInt(1, 130);
      print(statement.executeQuery());
    }
    connection.commit();
  }

  static void batch(Connection connection) throws Exception {
    connection.createStatement().execute("CREATE TEMP TABLE batched (id int, word text)");
    try (PreparedStatement statement = connection.prepareStatement("INSERT INTO batched VALUES (?, ?)")) {
      for (int i = 0; i < 300; i++) {
        statement.setInt(1, i);
        statement.setString(2, "word " + i);
        statement.addBatch();
      }
      if (statement.executeBatch().length != 300) throw new AssertionError("batch");
    }
  }

  static void transaction(Connection connection) throws Exception {
    connection.setAutoCommit(false);
    Statement statement = connection.createStatement();
    statement.execute("CREATE TEMP TABLE kept (id int)");
    java.sql.Savepoint before = connection.setSavepoint();
    try {
      statement.execute("SELECT 1/0");
      throw new AssertionError("no error");
    } catch (SQLException error) {
      if (!"22012".equals(error.getSQLState())) throw error;
    }
    connection.rollback(before);
    statement.execute("INSERT INTO kept VALUES (1)");
    connection.commit();
  }

  static void copy(Connection connection) throws Exception {
    var manager = connection.unwrap(PGConnection.class).getCopyAPI();
    for (String form : new String[] {"text", "csv", "binary"}) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      manager.copyOut("COPY (SELECT * FROM cards ORDER BY id LIMIT 2000) TO STDOUT (FORMAT " + form + ")", out);
      System.out.println(out.toString(StandardCharsets.ISO_8859_1));
    }
    connection.createStatement().execute("CREATE TEMP TABLE copied (id int, word text)");
    byte[] lines = "1\tone\n2\ttwo\n".getBytes(StandardCharsets.UTF_8);
    if (manager.copyIn("COPY copied FROM STDIN", new ByteArrayInputStream(lines)) != 2) throw new AssertionError("copy in");
  }

  static void complaints(Connection connection) throws Exception {
    Statement statement = connection.createStatement();
    statement.execute("DO $$ DECLARE p text; BEGIN SELECT pan INTO p FROM cards WHERE id = 2;"
        + " RAISE WARNING 'card %', p USING DETAIL = p, HINT = p; END $$");
    for (SQLWarning each = statement.getWarnings(); each != null; each = each.getNextWarning())
      System.out.println("warning " + ((org.postgresql.util.PSQLWarning) each).getServerErrorMessage());
    try {
      statement.executeQuery("SELECT ('card ' || pan)::int FROM cards WHERE id = 3");
      throw new AssertionError("no error");
    } catch (SQLException error) {
      System.out.println("error " + error.getSQLState() + " " + error.getMessage());
    }
  }

  static void notifications(Connection connection) throws Exception {
    Statement statement = connection.createStatement();
    statement.execute("LISTEN cards");
    statement.execute("SELECT pg_notify('cards', 'card ' || pan) FROM cards WHERE id = 2");
    PGNotification[] heard = connection.unwrap(PGConnection.class).getNotifications(5000);
    System.out.println("notification " + heard[0].getParameter());
  }

  static void cancel(Connection connection) throws Exception {
    Statement statement = connection.createStatement();
    Thread canceller = new Thread(() -> {
      try {
        Thread.sleep(400);
        statement.cancel();
      } catch (Exception error) {
        System.out.println("cancel failed " + error);
      }
    });
    canceller.start();
    try {
      statement.executeQuery("SELECT pg_sleep(30)");
      throw new AssertionError("not cancelled");
    } catch (SQLException error) {
      if (!"57014".equals(error.getSQLState())) throw error;
    }
    canceller.join();
    ResultSet row = statement.executeQuery("SELECT 1");
    if (!row.next() || row.getInt(1) != 1) throw new AssertionError("the session is gone");
  }

  static void metadata(Connection connection) throws Exception {
    ResultSet columns = connection.getMetaData().getColumns(null, "public", "cards", null);
    int count = 0;
    while (columns.next()) count++;
    if (count != 18) throw new AssertionError("columns: " + count);
  }
}
