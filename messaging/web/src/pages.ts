// The stylesheet of the pages that Django renders; an entry of its own, so that they load no script.
import "./pages.css";
