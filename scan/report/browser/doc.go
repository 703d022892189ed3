// Package browser holds what is tested of HTML reports in a browser: that they can
// be sorted and filtered, read in either scheme, on a narrow screen and without
// scripts, and used by keyboard. Its tests want Chromium on the path. Where there is
// none they are skipped, with CI=true they fail.
//
// It is a module of its own, so that the library does not require what drives the
// browser.
package browser
