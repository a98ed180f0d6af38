// What every page has besides htmx; every page works without it. A page's own script stands in its template.
// Browser story: test_staff_find_a_task_update_it_and_land_at_its_row.

import "./composing.js";
import "./print-button.js";
import "./toasts.js";
import "./dialogs.js";
import "./session-end.js";
import "./narrow-folds.js";
import "./focus.js";
import "./link-address.js";
import "./omit-empty.js";
import "./typing-history.js";
import "./pick-list.js";
import "./row-status.js";
import "./file-field.js";
import "./submit.js";
import "./form-autosave.js";
import "./leave-warning.js";
import "./shortcuts.js";
import "./search-select.js";
import "./filter-options.js";
